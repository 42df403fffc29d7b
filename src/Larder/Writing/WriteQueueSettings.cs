using Larder.Diagnostics;

namespace Larder.Writing;

/// <summary>What a queue needs to know.</summary>
internal sealed record WriteQueueSettings<TKey, T>
    where TKey : notnull
{
    public required WriteBehindOptions Options { get; init; }

    public required ICacheSource<TKey, T> Source { get; init; }

    public required TimeSpan SaveTimeout { get; init; }

    public required TimeProvider Time { get; init; }

    public required CacheDiagnostics Diagnostics { get; init; }

    public required Microsoft.Extensions.Logging.ILoggerFactory? LoggerFactory { get; init; }

    public required Serialization.SerializerSet Serializers { get; init; }

    /// <summary>Called when a write became a dead letter: the cache holds what the source does not have. Never throws.</summary>
    public required Func<string, ValueTask> Buried { get; init; }
}
