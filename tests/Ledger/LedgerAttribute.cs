using Xunit.v3;

namespace Larder;

/// <summary>
/// Says which rows of docs/reference/guides.md a test proves. It is a trait as well: <c>eng/test 'Ledger=61'</c> runs the tests of row 61.
/// A class that carries it proves the rows with all its tests.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class LedgerAttribute(params int[] rows) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. rows.Select(row => KeyValuePair.Create("Ledger", $"{row}"))];
}
