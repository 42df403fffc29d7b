namespace Larder.Tests.Inspection;

/// <summary>Cursors that no listing has given out.</summary>
public sealed class ScanCursorTests : MemoryTest
{
    [Theory]
    [InlineData("m.18446744073709551615.1")]
    [InlineData("m.1")]
    [InlineData("m.a.1")]
    public async Task A_cursor_that_names_no_place_is_refused(string cursor) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Cache.Inspect().ScanAsync(new EntryScan { Cursor = cursor }).AsTask());
}
