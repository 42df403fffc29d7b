using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

public sealed class BytesConformanceTests
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [Ledger(4, 5)]
    [MemberData(nameof(Cases))]
    public Task Bytes_conform(string test) => ConformanceTheory.RunAsync(test, () => new BytesHarness());
}
