namespace Larder.Loading;

/// <summary>Loaders would wait for each other: a fault of the program, for which no stale value may stand in.</summary>
#pragma warning disable CA1032, CA1064 // Internal, and made in one place; users catch InvalidOperationException.
internal sealed class LoadCycleException(string message) : InvalidOperationException(message);
#pragma warning restore CA1032, CA1064
