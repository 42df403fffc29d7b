namespace Larder.Store.Tests.Reads;

/// <summary>Ids of all kinds: their keys are documented, different ids have different keys, and reads and invalidations use the same.</summary>
public sealed class IdTests
{
    private enum Level
    {
        Low = 3,
    }

    private readonly record struct CustomerId(Guid Value);

    [Fact]
    [Ledger(98, 99)]
    [LedgerFault(26)]
    public void Keys_are_laid_out_as_documented()
    {
        using var cache = new Disposed(Cache.InMemory());

        Assert.Equal("things:42", KeyOf(cache, 42));
        Assert.Equal("things:-7", KeyOf(cache, -7L));
        Assert.Equal("things:00000000-0000-0000-0000-000000000000", KeyOf(cache, Guid.Empty));
        Assert.Equal("things:plain", KeyOf(cache, "plain"));
        Assert.Equal("things:a%3Ab%2Cc%25", KeyOf(cache, "a:b,c%"));
        Assert.Equal("things:%", KeyOf(cache, ""));
        Assert.Equal("things:%uD800x", KeyOf(cache, "\uD800x"));
        Assert.Equal("things:🧀", KeyOf(cache, "🧀"));
        Assert.Equal("things:3", KeyOf(cache, Level.Low));
        Assert.Equal("things:true", KeyOf(cache, true));
        Assert.Equal("things:2026-11-26", KeyOf(cache, new DateOnly(2026, 11, 26)));
        Assert.Equal("things:7,a%2Cb", KeyOf(cache, (7, "a,b")));
        Assert.Equal("things:7,%-", KeyOf(cache, (7, (string?)null)));
        Assert.Equal("things:00000000-0000-0000-0000-000000000000", KeyOf(cache, new CustomerId(Guid.Empty), id => id.Value.ToString()));
    }

    [Fact]
    public void An_id_without_a_text_that_is_sure_to_be_unique_is_refused()
    {
        using var cache = new Disposed(Cache.InMemory());

        Assert.Contains("KeyText", Assert.Throws<ArgumentException>(() => KeyOf(cache, new CustomerId(Guid.Empty))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => KeyOf(cache, (1, 2.5)));
        Assert.Throws<ArgumentException>(() => cache.Inner.Store("a:b", Source<int>(), thing => 0));
        Assert.Throws<ArgumentException>(() => cache.Inner.WithPrefix("p").Store("a", Source<int>(), thing => 0));
    }

    [Fact]
    [Ledger(101)]
    public void No_two_texts_and_no_two_pairs_of_texts_have_the_same_key()
    {
        using var cache = new Disposed(Cache.InMemory());
        string[] parts = ["", "%", "%25", ":", "%3A", ",", "%2C", "a", "a,b", "a:b", "query", "query:x", "%-", "%uD800", "\uD800", "\uDC00", "🧀", "A", "ä", "\0", "*", "{a}", "!"];

        Assert.Distinct(parts.Select(part => KeyOf(cache, part)));
        Assert.Distinct(parts.SelectMany(one => parts.Select(other => KeyOf(cache, (one, other)))));
    }

    [Theory]
    [LedgerFault(23)]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("\"quoted\" and 'quoted'")]
    [InlineData("a:b")]
    [InlineData("query:0123")]
    [InlineData("ä🧀\u200d")]
    [InlineData("line\nbreak\0")]
    [InlineData("*[a]?\\")]
    public async Task A_text_of_any_characters_is_found_and_invalidated(string id)
    {
        await using var cache = Cache.InMemory();
        var version = 1;
        var store = cache.Store("things", CacheSource.Create<string, string>((key, _) => new($"{key} {version}"), save: (_, _, _, _) =>
        {
            version++;
            return default;
        }), _ => id);
        Assert.Equal($"{id} 1", await store.FindAsync(id));
        Assert.Equal($"{id} 1", await store.FindAsync(id));

        await store.UpdateAsync("changed");

        Assert.Equal($"{id} 2", await store.FindAsync(id));
    }

    private static string KeyOf<TKey>(Disposed cache, TKey id, Func<TKey, string>? keyText = null)
        where TKey : notnull =>
        cache.Inner.Store("things", Source<TKey>(), _ => id, keyText: keyText).Cache.KeyOf(id);

    private static ICacheSource<TKey, string> Source<TKey>()
        where TKey : notnull =>
        CacheSource.Create<TKey, string>((_, _) => new((string?)null));

    private sealed class Disposed(ICache inner) : IDisposable
    {
        public ICache Inner => inner;

        public void Dispose() => _ = inner.DisposeAsync().AsTask();
    }
}
