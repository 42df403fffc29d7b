using Xunit.v3;

namespace Larder;

/// <summary>
/// Says which faults of docs/reference/guides.md a test shows to be impossible. It is a trait as well: <c>eng/test 'LedgerFault=12'</c> runs the
/// tests of fault 12. A class that carries it proves the faults with all its tests.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class LedgerFaultAttribute(params int[] faults) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. faults.Select(fault => KeyValuePair.Create("LedgerFault", $"{fault}"))];
}
