using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Larder.Tests.Views;

/// <summary>A cache that is not Larder's own, such as one that wraps it, is asked by its core members and hides nothing.</summary>
public sealed class OtherCachesTests : IAsyncDisposable
{
    private readonly ICache _inner = Cache.InMemory();
    private readonly ICache _wrapped;
    private readonly ICache<string> _typed;

    public OtherCachesTests()
    {
        _wrapped = Wrapper<ICache>.Around(_inner);
        _typed = Wrapper<ICache<string>>.Around(_inner.For<string>());
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    [Fact]
    [Ledger(6)]
    public async Task A_wrapper_sees_every_read_also_the_hits()
    {
        Assert.Equal("loaded", await _wrapped.GetOrCreateAsync("key", static _ => new ValueTask<string>("loaded")));
        Assert.Equal("loaded", await _wrapped.GetOrCreateAsync("key", 1, static (_, _, _) => new ValueTask<string>("again")));
        Assert.Equal("loaded", (await _wrapped.GetOrCreateResultAsync("key", 1, static (_, _, _) => new ValueTask<string>("again"))).Value);
        Assert.Equal("loaded", (await _wrapped.GetAsync<string>("key")).Value);
        Assert.True(_wrapped.TryGet<string>("key", out var found));
        Assert.Equal("loaded", found);
        Assert.Equal(["GetOrCreateCoreAsync", "GetOrCreateCoreAsync", "GetOrCreateCoreAsync", "GetCoreAsync", "TryGetCore"], Wrapper<ICache>.CallsOf(_wrapped));
    }

    [Fact]
    [Ledger(6)]
    public async Task A_typed_wrapper_sees_every_read_also_the_hits()
    {
        Assert.Equal("loaded", await _typed.GetOrCreateAsync("key", static _ => new ValueTask<string>("loaded")));
        Assert.Equal("loaded", await _typed.GetOrCreateAsync("key", 1, static (_, _, _) => new ValueTask<string>("again")));
        Assert.Equal("loaded", (await _typed.GetOrCreateResultAsync("key", 1, static (_, _, _) => new ValueTask<string>("again"))).Value);
        Assert.Equal("loaded", (await _typed.GetAsync("key")).Value);
        Assert.True(_typed.TryGet("key", out var found));
        Assert.Equal("loaded", found);
        Assert.Equal(["GetOrCreateCoreAsync", "GetOrCreateCoreAsync", "GetOrCreateCoreAsync", "GetCoreAsync", "TryGetCore"], Wrapper<ICache<string>>.CallsOf(_typed));
    }

    [Fact]
    public void A_loader_that_is_null_is_refused_before_the_wrapper_is_asked()
    {
        Assert.Throws<ArgumentNullException>(() => { _wrapped.GetOrCreateAsync("key", 1, (Func<int, LoadContext, CancellationToken, ValueTask<string>>)null!); });
        Assert.Empty(Wrapper<ICache>.CallsOf(_wrapped));
    }

    /// <summary>Notes the members that are called and passes the calls on.</summary>
    [SuppressMessage("Design", "CA1852", Justification = "A proxy is derived from it.")]
    private class Wrapper<TCache> : DispatchProxy
        where TCache : class
    {
        private readonly List<string> _calls = [];
        private TCache? _inner;

        public static TCache Around(TCache inner)
        {
            var proxy = Create<TCache, Wrapper<TCache>>();
            ((Wrapper<TCache>)(object)proxy)._inner = inner;
            return proxy;
        }

        public static List<string> CallsOf(TCache proxy) => ((Wrapper<TCache>)(object)proxy)._calls;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _calls.Add(targetMethod!.Name);
            return targetMethod.Invoke(_inner, args);
        }
    }
}
