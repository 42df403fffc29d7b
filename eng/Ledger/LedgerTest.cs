namespace Larder.Guides;

/// <summary>A test method, or a class of tests, that says which rows and faults it proves.</summary>
/// <param name="Project">The project whose tests it is one of; <c>Larder.Testing</c> for conformance tests.</param>
/// <param name="Class">The full name of the class.</param>
/// <param name="Method">The name of the method; <see langword="null"/> when the class carries the attribute.</param>
/// <param name="Rows">The rows that it proves.</param>
/// <param name="Faults">The faults that it shows to be impossible.</param>
internal sealed record LedgerTest(string Project, string Class, string? Method, IReadOnlyList<int> Rows, IReadOnlyList<int> Faults)
{
    /// <summary>Gets the name on the page.</summary>
    public string Name => Method is null ? ShortClass : $"{ShortClass}.{Method}";

    private string ShortClass => Class[(Class.LastIndexOf('.') + 1)..];
}
