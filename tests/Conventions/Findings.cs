namespace Larder.Conventions;

/// <summary>Collects every breach of a rule, so that one run shows them all.</summary>
internal sealed class Findings(string rule)
{
    private readonly List<string> _lines = [];

    public void Add(string path, int line, string what) => _lines.Add($"{path}:{line}: {what}");

    public void Add(string what) => _lines.Add(what);

    public void AssertNone()
    {
        if (_lines.Count > 0)
        {
            Assert.Fail($"{rule}\n{string.Join('\n', _lines.Select(line => "  " + line))}");
        }
    }
}
