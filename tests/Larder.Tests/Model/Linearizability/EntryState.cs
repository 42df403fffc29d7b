namespace Larder.Tests.Model.Linearizability;

/// <summary>The sequential specification: one entry, and what each operation does to it.</summary>
/// <param name="Exists">Whether there is an entry.</param>
/// <param name="Value">Its value.</param>
/// <param name="Version">Its version; zero while no read has shown it.</param>
internal readonly record struct EntryState(bool Exists, long Value, long Version)
{
    /// <summary>Carries out an operation.</summary>
    /// <param name="operation">The operation with its answer.</param>
    /// <param name="isShown">Whether a read that comes earlier in the order has shown a version.</param>
    /// <returns>The state afterwards, or <see langword="null"/> when the operation cannot have answered that way in this state.</returns>
    public EntryState? Apply(Operation operation, Func<long, bool> isShown) => operation.Call switch
    {
        Call.Get => Shows(operation, isShown) ? this with { Version = operation.Version } : null,
        Call.Exchange => Shows(operation, isShown) ? Holding(operation.Argument) : null,
        Call.Set => Holding(operation.Argument),
        Call.Add => WrittenIf(!Exists, operation),
        Call.CompareAndSet => WrittenIf(operation.ExpectedVersion == 0 ? !Exists : Exists && Version == operation.ExpectedVersion, operation),
        Call.Remove => operation.Success == Exists ? default(EntryState) : null,
        Call.Increment => operation.Value == (Exists ? Value : 0) + operation.Argument ? Holding(operation.Value) : null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static EntryState Holding(long value) => new(Exists: true, value, Version: 0);

    private EntryState? WrittenIf(bool condition, Operation operation) =>
        operation.Success != condition ? null : condition ? Holding(operation.Argument) : this;

    /// <summary>Tells whether an answer shows this state; a version that is seen for the first time must be a new one.</summary>
    private bool Shows(Operation operation, Func<long, bool> isShown) => operation.Success == Exists
        && (!Exists || (operation.Value == Value && (Version == 0 ? operation.Version != 0 && !isShown(operation.Version) : operation.Version == Version)));
}
