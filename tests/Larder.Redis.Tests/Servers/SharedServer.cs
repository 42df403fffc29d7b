namespace Larder.Redis.Tests.Servers;

/// <summary>A server that the first test which asks for it starts, and that the last one leaves to be ended.</summary>
/// <remarks>It starts inside a test and not in a fixture, because a test can be skipped where the program is missing, and a fixture only fail.</remarks>
public sealed class SharedServer<T>(Func<Task<T>> start) : IAsyncDisposable
    where T : IAsyncDisposable
{
    private readonly Lazy<Task<T>> _server = new(start);

    public Task<T> GetAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
