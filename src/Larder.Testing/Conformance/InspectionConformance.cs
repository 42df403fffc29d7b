namespace Larder.Testing.Conformance;

/// <summary>What tools see of a cache: entries, values and tags, page by page, without a trace.</summary>
internal sealed class InspectionConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    public async Task An_entry_is_described_without_its_value()
    {
        await Cache.SetAsync("key", "value", new() { TimeToLive = TimeSpan.FromMinutes(10), Tags = ["one", "two"] }).ConfigureAwait(false);

        var entry = await Cache.Inspect().FindAsync("key").ConfigureAwait(false);

        Expect.True(entry is not null);
        Expect.Equal("key", entry!.Key);
        Expect.True(entry.Tiers != CacheTiers.None, "it is somewhere");
        Expect.Between(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10), entry.TimeToLive);
        Expect.SameElements(["one", "two"], entry.Tags);
        Expect.False(entry.IsStale);
        Expect.True(entry.Size is > 0 or -1, "it has a size, or nobody may ask for it");
        Expect.Equal((await Cache.PeekAsync<string>("key").ConfigureAwait(false)).Version, entry.Version);
    }

    public async Task An_entry_is_as_old_as_its_value()
    {
        await Cache.SetAsync("key", 1, new() { TimeToLive = TimeSpan.FromHours(1) }).ConfigureAwait(false);
        await Cache.GetOrCreateAsync("loaded", "value", static (value, _, _) => new ValueTask<string>(value), TimeSpan.FromHours(1)).ConfigureAwait(false);
        await IsOldAsync("key", seconds: 0).ConfigureAwait(false);

        Clock.Advance(TimeSpan.FromSeconds(90));
        await Cache.IncrementAsync("key").ConfigureAwait(false);
        await Cache.ExpireAsync("key", TimeSpan.FromHours(2)).ConfigureAwait(false);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("loaded"), InvalidationMode.Lazy).ConfigureAwait(false);
        await Cache.PeekAsync<string>("loaded").ConfigureAwait(false);
        await IsOldAsync("key", seconds: 90).ConfigureAwait(false);
        await IsOldAsync("loaded", seconds: 90).ConfigureAwait(false);

        await Cache.SetAsync("key", 2, new() { TimeToLive = TimeSpan.FromHours(1) }).ConfigureAwait(false);
        await IsOldAsync("key", seconds: 0).ConfigureAwait(false);

        async Task IsOldAsync(string key, int seconds) =>
            Expect.Between(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds + 5), (await Cache.Inspect().FindAsync(key).ConfigureAwait(false))!.Age);
    }

    public async Task What_does_not_live_is_not_described()
    {
        await Cache.SetAsync("expired", 1, new() { TimeToLive = TimeSpan.FromSeconds(10) }).ConfigureAwait(false);
        await Cache.SetAsync("tagged", 1, new() { Tags = ["tag"] }).ConfigureAwait(false);
        Clock.Advance(TimeSpan.FromSeconds(11));
        await Cache.RemoveByTagAsync("tag").ConfigureAwait(false);

        foreach (var key in new[] { "absent", "expired", "tagged" })
        {
            Expect.True(await Cache.Inspect().FindAsync(key).ConfigureAwait(false) is null, key);
            Expect.True(await Cache.Inspect().PreviewAsync(key).ConfigureAwait(false) is null, key);
        }
    }

    public async Task A_lazily_invalidated_entry_is_shown_as_stale()
    {
        await Cache.SetAsync("key", "value").ConfigureAwait(false);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy).ConfigureAwait(false);

        Expect.True((await Cache.Inspect().FindAsync("key").ConfigureAwait(false))!.IsStale);
    }

    public async Task Looking_counts_as_no_read_and_prolongs_nothing()
    {
        await Cache.SetAsync("key", "value", new() { Policy = new CachePolicy { TimeToLive = TimeSpan.FromHours(1), SlidingExpiration = TimeSpan.FromSeconds(10) } }).ConfigureAwait(false);
        var before = Cache.Statistics.Snapshot();
        Clock.Advance(TimeSpan.FromSeconds(6));

        await Cache.Inspect().FindAsync("key").ConfigureAwait(false);
        await Cache.Inspect().PreviewAsync("key").ConfigureAwait(false);
        await Cache.Inspect().ScanAsync(new EntryScan()).ConfigureAwait(false);
        Clock.Advance(TimeSpan.FromSeconds(6));

        Expect.False(await Cache.ExistsAsync("key").ConfigureAwait(false), "an entry was prolonged");
        Expect.Equal(0, Cache.Statistics.Since(before).Reads);
    }

    public async Task Pages_together_list_every_entry_that_matches()
    {
        var wanted = Enumerable.Range(0, 120).Select(i => $"user:{i}").ToArray();
        foreach (var key in wanted)
        {
            await Cache.SetAsync(key, key).ConfigureAwait(false);
            await Cache.SetAsync("other:" + key, key).ConfigureAwait(false);
        }

        Expect.SameElements(wanted, (await AllAsync(new EntryScan { Pattern = "user:*", PageSize = 25 }).ConfigureAwait(false)).Select(entry => entry.Key).Distinct());
    }

    public async Task A_page_ends_after_so_many_keys_though_none_matches()
    {
        for (var i = 0; i < 60; i++)
        {
            await Cache.SetAsync($"key:{i}", i).ConfigureAwait(false);
        }

        var page = await Cache.Inspect().ScanAsync(new EntryScan { Tag = "nobody", PageSize = 5, MaxScanned = 20 }).ConfigureAwait(false);

        Expect.Equal(0, page.Entries.Count);
        Expect.True(page.Cursor is not null, "there is more");
        Expect.Equal(0, (await AllAsync(new EntryScan { Tag = "nobody", PageSize = 5, MaxScanned = 20 }).ConfigureAwait(false)).Count);
    }

    public async Task Entries_are_found_by_tag()
    {
        await Cache.SetAsync("one", 1, new() { Tags = ["wanted", "more"] }).ConfigureAwait(false);
        await Cache.SetAsync("two", 2, new() { Tags = ["wanted"] }).ConfigureAwait(false);
        await Cache.SetAsync("three", 3, new() { Tags = ["more"] }).ConfigureAwait(false);
        await Cache.SetAsync("four", 4).ConfigureAwait(false);

        Expect.SameElements(["one", "two"], (await AllAsync(new EntryScan { Tag = "wanted" }).ConfigureAwait(false)).Select(entry => entry.Key));
    }

    public async Task Values_are_shown_as_text_json_or_digits()
    {
        await Cache.SetAsync("text", "päivää").ConfigureAwait(false);
        await Cache.SetAsync("number", 42).ConfigureAwait(false);
        await Cache.SetAsync("bytes", new byte[] { 1, 2, 254 }).ConfigureAwait(false);
        await Cache.SetAsync<string?>("null", null).ConfigureAwait(false);
        await Cache.SetAsync("record", new Dictionary<string, int> { ["a"] = 1 }).ConfigureAwait(false);

        await ShowsAsync("text", PreviewFormat.Text, "päivää").ConfigureAwait(false);
        await ShowsAsync("number", PreviewFormat.Text, "42").ConfigureAwait(false);
        await ShowsAsync("bytes", PreviewFormat.Hex, "0102fe").ConfigureAwait(false);
        await ShowsAsync("null", PreviewFormat.Null, "null").ConfigureAwait(false);
        await ShowsAsync("record", PreviewFormat.Json, """{"a":1}""").ConfigureAwait(false);
    }

    public async Task A_long_value_is_cut_between_characters()
    {
        await Cache.SetAsync("key", string.Concat(Enumerable.Repeat("ä", 5000))).ConfigureAwait(false);

        var preview = (await Cache.Inspect().PreviewAsync("key", maxLength: 101).ConfigureAwait(false))!;

        Expect.Equal(string.Concat(Enumerable.Repeat("ä", 50)), preview.Text);
        Expect.Equal(10_000, preview.Length);
        Expect.True(preview.IsTruncated);
    }

    public async Task What_a_scan_asks_for_must_be_possible()
    {
        var inspector = Cache.Inspect();

        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(async () => await inspector.ScanAsync(new EntryScan { PageSize = 0 }).ConfigureAwait(false)).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(async () => await inspector.ScanAsync(new EntryScan { MaxScanned = 0 }).ConfigureAwait(false)).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(async () => await inspector.PreviewAsync("key", 0).ConfigureAwait(false)).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentException>(async () => await inspector.ScanAsync(new EntryScan { Cursor = "no cursor" }).ConfigureAwait(false)).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentException>(async () => await inspector.ScanAsync(new EntryScan { Pattern = "[" }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async Task The_tiers_say_how_they_are()
    {
        await Cache.SetAsync("key", 1).ConfigureAwait(false);

        var tiers = await Cache.Inspect().TiersAsync().ConfigureAwait(false);

        Expect.True(tiers.Count > 0, "there is a tier");
        Expect.True(tiers.All(tier => tier.Reason.EndsWith('.')), "each says why, in a sentence");
    }

    public async Task Locks_are_shown_while_they_are_held()
    {
        var held = await Cache.AcquireLockAsync("job", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        var shown = Cache.Inspect().Locks;
        await held.ReleaseAsync().ConfigureAwait(false);

        Expect.Equal(held.FencingToken, shown.Single().FencingToken);
        Expect.Equal("job", shown.Single().Name);
        Expect.Equal(0, Cache.Inspect().Locks.Count);
    }

    private async Task ShowsAsync(string key, PreviewFormat format, string text)
    {
        var preview = await Cache.Inspect().PreviewAsync(key).ConfigureAwait(false);
        Expect.Equal((format, text, false), (preview!.Format, preview.Text, preview.IsTruncated), key);
    }

    private async Task<List<EntryInfo>> AllAsync(EntryScan scan)
    {
        var all = new List<EntryInfo>();
        while (true)
        {
            var page = await Cache.Inspect().ScanAsync(scan).ConfigureAwait(false);
            all.AddRange(page.Entries);
            if (page.Cursor is null)
            {
                return all;
            }

            scan = scan with { Cursor = page.Cursor };
        }
    }
}
