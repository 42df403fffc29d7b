using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

[Trait("Category", "Slow")]
public sealed class FileConformanceTests
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [Ledger(4, 5, 9)]
    [MemberData(nameof(Cases))]
    public Task Files_conform(string test) => ConformanceTheory.RunAsync(test, () => new FileHarness());
}
