using System.Collections.Concurrent;

namespace Larder.Redis.Tests.Journal;

/// <summary>A source that takes a newer version only, as a database does with <c>WHERE version &lt; @version</c>, and keeps what took effect.</summary>
internal sealed class JournalSource : ICacheSource<string, Payload>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Payload? Value, long Version)> _rows = new(StringComparer.Ordinal);

    /// <summary>Gets the writes that took effect, in their order.</summary>
    public ConcurrentQueue<(string Key, Payload? Value, long Version)> Effects { get; } = new();

    public int Refusals { get; private set; }

    /// <summary>What a write throws.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    /// <summary>What writes wait for.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    public int Waiting { get; private set; }

    public Payload? this[string key]
    {
        get
        {
            lock (_lock)
            {
                return _rows.GetValueOrDefault(key).Value;
            }
        }
    }

    public ValueTask<Payload?> LoadAsync(string key, CancellationToken cancellationToken) => new(this[key]);

    public ValueTask SaveAsync(string key, Payload value, long? version, CancellationToken cancellationToken) => ApplyAsync(key, value, version, cancellationToken);

    public ValueTask DeleteAsync(string key, long? version, CancellationToken cancellationToken) => ApplyAsync(key, null, version, cancellationToken);

    private async ValueTask ApplyAsync(string key, Payload? value, long? version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Waiting++;
        }

        await Held.WaitAsync(cancellationToken);
        if (Fails(key) is { } failure)
        {
            throw failure;
        }

        lock (_lock)
        {
            if (_rows.TryGetValue(key, out var row) && row.Version >= version)
            {
                Refusals++;
                return;
            }

            _rows[key] = (value, version!.Value);
            Effects.Enqueue((key, value, version.Value));
        }
    }
}
