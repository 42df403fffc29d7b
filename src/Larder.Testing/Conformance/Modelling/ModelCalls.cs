namespace Larder.Testing.Conformance.Modelling;

/// <summary>Writes of values whose type is known only when they run: text, null, or integers of both widths.</summary>
internal static class ModelCalls
{
    public static ValueTask SetAsync(this ICache cache, string key, object? value, ModelOptions options) => value switch
    {
        long number => cache.SetAsync(key, number, options.Options),
        int number => cache.SetAsync(key, number, options.Options),
        _ => cache.SetAsync(key, (string?)value, options.Options),
    };

    public static ValueTask<bool> AddAsync(this ICache cache, string key, object? value, ModelOptions options) => value switch
    {
        long number => cache.AddAsync(key, number, options.Options),
        int number => cache.AddAsync(key, number, options.Options),
        _ => cache.AddAsync(key, (string?)value, options.Options),
    };

    public static ValueTask<bool> ReplaceAsync(this ICache cache, string key, object? value, ModelOptions options) => value switch
    {
        long number => cache.ReplaceAsync(key, number, options.Options),
        int number => cache.ReplaceAsync(key, number, options.Options),
        _ => cache.ReplaceAsync(key, (string?)value, options.Options),
    };

    public static async ValueTask<ModelResult> ExchangeAsync(this ICache cache, string key, object? value, ModelOptions options) => value switch
    {
        long number => ModelResult.Of(await cache.ExchangeAsync(key, number, options.Options)),
        int number => ModelResult.Of(await cache.ExchangeAsync(key, number, options.Options)),
        _ => ModelResult.Of(await cache.ExchangeAsync(key, (string?)value, options.Options)),
    };

    public static ValueTask<bool> CompareAndSetAsync(this ICache cache, string key, object? value, long version, ModelOptions options) => value switch
    {
        long number => cache.CompareAndSetAsync(key, number, version, options.Options),
        int number => cache.CompareAndSetAsync(key, number, version, options.Options),
        _ => cache.CompareAndSetAsync(key, (string?)value, version, options.Options),
    };

    public static CacheTransaction Set(this CacheTransaction transaction, string key, object? value, ModelOptions options) => value switch
    {
        long number => transaction.Set(key, number, options.Options),
        int number => transaction.Set(key, number, options.Options),
        _ => transaction.Set(key, (string?)value, options.Options),
    };

    public static async ValueTask<ModelResult> GetOrCreateAsync(
        this ICache cache, string key, object? value, Func<LoadContext, ValueTask> load, CacheEntryOptions options) => value switch
        {
            long number => ModelResult.Of(await cache.GetOrCreateResultAsync(key, load, Loader(number), options)),
            int number => ModelResult.Of(await cache.GetOrCreateResultAsync(key, load, Loader(number), options)),
            _ => ModelResult.Of(await cache.GetOrCreateResultAsync(key, load, Loader((string?)value), options)),
        };

    public static async ValueTask<object?> RefreshAsync(
        this ICache cache, string key, object? value, Func<LoadContext, ValueTask> load, CacheEntryOptions options) => value switch
        {
            long number => await cache.RefreshAsync(key, load, Loader(number), options),
            int number => ModelResult.Widen(await cache.RefreshAsync(key, load, Loader(number), options)),
            _ => await cache.RefreshAsync(key, load, Loader((string?)value), options),
        };

    public static ModelType TypeOf(object? value) => value switch
    {
        long => ModelType.Long,
        int => ModelType.Int,
        _ => ModelType.Text,
    };

    private static Func<Func<LoadContext, ValueTask>, LoadContext, CancellationToken, ValueTask<T>> Loader<T>(T value) => async (load, context, _) =>
    {
        await load(context);
        return value;
    };
}
