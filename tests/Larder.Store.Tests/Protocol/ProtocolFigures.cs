namespace Larder.Store.Tests.Protocol;

/// <summary>What a run of the protocol test has seen.</summary>
/// <param name="Rounds">How many rows were fought for.</param>
/// <param name="StaleRounds">How many of them were cached in another version than the database had, in any process, when all was over.</param>
/// <param name="Reads">How many reads there were.</param>
/// <param name="OldReads">How many of them, in the process of the writers, were older than a write that had returned before they began.</param>
/// <param name="OldReadsElsewhere">The same in another process, which hears of writes a moment later.</param>
/// <param name="Deaths">How many writers died.</param>
/// <param name="Loads">How often the database was read.</param>
public sealed record ProtocolFigures(int Rounds, int StaleRounds, long Reads, long OldReads, long OldReadsElsewhere, int Deaths, int Loads);
