namespace Larder.Testing.Conformance;

/// <summary>A value that its readers could change.</summary>
internal sealed class MutableRecord
{
    public int Number { get; set; }

    public List<string> Names { get; set; } = [];
}
