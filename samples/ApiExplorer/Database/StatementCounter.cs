namespace ApiExplorer.Database;

/// <summary>Counts the statements that the sessions of a catalogue run.</summary>
internal sealed class StatementCounter
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}
