namespace Larder.Dashboard.Documents;

/// <summary>Locks that are held, and writes that wait.</summary>
internal sealed record WorkDocument(IReadOnlyList<LockDocument> Locks, IReadOnlyList<WriteBehindDocument> WriteBehind);
