namespace Larder.Peers.Libraries;

/// <summary>One node of a cache: what all the libraries can do, each called as its own documentation shows it.</summary>
internal interface ILibrary : IAsyncDisposable
{
    /// <summary>Gets what it is called in the tables.</summary>
    string Name { get; }

    /// <summary>Gets or creates.</summary>
    ValueTask<Product> GetOrCreateAsync(string key, Func<CancellationToken, Task<Product>> load, string[] tags);

    /// <summary>Gets or creates with a refresh in the background after a tenth of a time to live of ten seconds; <see langword="null"/> for a library that has none.</summary>
    Func<string, Func<CancellationToken, Task<Product>>, string[], ValueTask<Product>>? GetAndRefresh { get; }

    /// <summary>Reads without a loader.</summary>
    ValueTask<Product?> FindAsync(string key);

    ValueTask SetAsync(string key, Product value, string[] tags);

    ValueTask RemoveAsync(string key);

    ValueTask RemoveByTagAsync(string tag);
}
