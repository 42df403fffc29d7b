namespace Larder.Testing.Conformance;

/// <summary>Says which rows of docs/reference/guides.md a conformance test proves, on whatever it is run.</summary>
/// <param name="rows">The numbers of the rows.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class LedgerAttribute(params int[] rows) : Attribute
{
    /// <summary>Gets the numbers of the rows.</summary>
    public IReadOnlyList<int> Rows => rows;
}
