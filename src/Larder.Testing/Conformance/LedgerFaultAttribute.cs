namespace Larder.Testing.Conformance;

/// <summary>Says which faults of docs/reference/guides.md a conformance test shows to be impossible, on whatever it is run.</summary>
/// <param name="faults">The numbers of the faults.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class LedgerFaultAttribute(params int[] faults) : Attribute
{
    /// <summary>Gets the numbers of the faults.</summary>
    public IReadOnlyList<int> Faults => faults;
}
