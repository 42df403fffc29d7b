using System.Collections.Concurrent;

namespace Larder.Tests.Writing;

/// <summary>A source in memory that keeps the calls that it got, refuses what it is told to, and can be held.</summary>
internal sealed class RecordingSource : ICacheSource<string, int>
{
    private readonly ConcurrentQueue<string> _calls = new();

    public ConcurrentDictionary<string, int> Rows { get; } = new();

    public ConcurrentQueue<(string Key, long? Version)> Versions { get; } = new();

    /// <summary>Gets the calls: <c>a=1 b=2</c> for a batch, <c>-a</c> for a deletion.</summary>
    public string[] Calls => [.. _calls];

    /// <summary>What a call throws.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    /// <summary>What a call waits for.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    public ValueTask<int> LoadAsync(string key, CancellationToken cancellationToken) => new(Rows.GetValueOrDefault(key));

    public ValueTask SaveAsync(string key, int value, long? version, CancellationToken cancellationToken) =>
        SaveManyAsync([new SourceWrite<string, int>(key, value, version)], cancellationToken);

    public async ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<string, int>> writes, CancellationToken cancellationToken)
    {
        await CallAsync(string.Join(' ', writes.Select(write => $"{write.Key}={write.Value}")), cancellationToken);
        foreach (var (key, value, version) in writes)
        {
            Rows[key] = value;
            Versions.Enqueue((key, version));
        }
    }

    public async ValueTask DeleteAsync(string key, long? version, CancellationToken cancellationToken)
    {
        await CallAsync($"-{key}", cancellationToken);
        Rows.TryRemove(key, out _);
    }

    private async Task CallAsync(string call, CancellationToken cancellationToken)
    {
        _calls.Enqueue(call);
        await Held.WaitAsync(cancellationToken);
        if (Fails(call) is { } failure)
        {
            throw failure;
        }
    }
}
