using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

public sealed class FileConformanceTests
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Files_conform(string test) => ConformanceTheory.RunAsync(test, () => new FileHarness());
}
