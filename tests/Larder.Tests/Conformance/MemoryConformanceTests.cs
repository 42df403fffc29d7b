using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

public sealed class MemoryConformanceTests
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [Ledger(4)]
    [MemberData(nameof(Cases))]
    public Task Memory_conforms(string test) => ConformanceTheory.RunAsync(test, () => new MemoryHarness());
}
