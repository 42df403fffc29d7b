namespace Larder.Testing.Conformance.Modelling;

internal sealed partial class ModelSteps
{
    private ModelStep GetMany()
    {
        var (keys, type) = (SomeKeys(), _random.Next(2) == 0 ? ModelType.Long : ModelType.Text);
        return new($"get {List(keys)} as {type}", async run =>
        {
            var expected = keys.Select(key => run.Expected(key, run.Model.Read(key, type), type)).ToArray();
            ModelResult[] found = type == ModelType.Long
                ? [.. (await run.Cache.GetManyAsync<long>(keys)).Select(ModelResult.Of)]
                : [.. (await run.Cache.GetManyAsync<string?>(keys)).Select(ModelResult.Of)];
            Expect.Equal(string.Join("; ", expected), string.Join("; ", found), "the entries");
        });
    }

    private ModelStep GetOrCreateMany()
    {
        var (keys, options, first) = (SomeKeys(), Options(), (long)(_values += 10));
        string[] known = [.. Keys.Where(_ => _random.Next(4) > 0)];
        return new($"get or create {List(keys)} with a loader that knows {List(known)} as {first}...{options.Text}", async run =>
        {
            var expected = new Dictionary<string, long>(StringComparer.Ordinal);
            var missing = new List<string>();
            foreach (var key in keys.Distinct(StringComparer.Ordinal))
            {
                if (run.Model.Read(key, ModelType.Long) is { } entry)
                {
                    expected[key] = (long)entry.Value!;
                }
                else
                {
                    missing.Add(key);
                }
            }

            run.Model.Counts.Loads += missing.Count > 0 ? 1 : 0;
            foreach (var key in missing.Intersect(known, StringComparer.Ordinal))
            {
                expected[key] = first + Array.IndexOf(Keys, key);
                run.Model.Store(key, expected[key], options);
            }

            IReadOnlyList<string> asked = [];
            var found = await run.Cache.GetOrCreateManyAsync<long>(
                keys,
                (keysToLoad, _) =>
                {
                    asked = keysToLoad;
                    return new(keysToLoad.Intersect(known, StringComparer.Ordinal).ToDictionary(key => key, key => first + Array.IndexOf(Keys, key), StringComparer.Ordinal));
                },
                options.Options);
            Expect.SameElements(missing, asked, "the keys that the loader was asked for");
            Expect.SameElements(expected.Select(pair => $"{pair.Key}: {pair.Value}"), found.Select(pair => $"{pair.Key}: {pair.Value}"), "the values");
        });
    }

    private ModelStep SetMany()
    {
        var (options, first) = (Options(), (long)(_values += 10));
        KeyValuePair<string, long>[] entries = [.. SomeKeys().Select((key, i) => KeyValuePair.Create(key, first + i))];
        return new($"set {List(entries.Select(entry => $"{entry.Key}: {entry.Value}"))}{options.Text}", async run =>
        {
            await run.Cache.SetManyAsync(entries, options.Options);
            foreach (var (key, value) in entries)
            {
                run.Model.Set(key, value, options);
            }
        });
    }

    private ModelStep RemoveMany()
    {
        var keys = SomeKeys();
        return new($"remove {List(keys)}", async run => Expect.Equal(run.Model.RemoveAll(keys), await run.Cache.RemoveManyAsync(keys), "how many were removed"));
    }

    private ModelStep Transaction()
    {
        (string Key, int Kind)[] conditions = [.. SomeKeys().Take(2).Select(key => (key, _random.Next(7)))];
        (string Key, object? Value, ModelOptions? Options)[] writes =
            [.. SomeKeys().Distinct(StringComparer.Ordinal).Select(key => (key, Value(), _random.Next(3) == 0 ? null : Options()))];
        var text = $"if {List(conditions.Select(condition => $"{condition.Key} {ConditionName(condition.Kind)}"))} then "
            + List(writes.Select(write => write.Options is null ? $"remove {write.Key}" : $"set {write.Key} to {Print(write.Value)}{write.Options.Text}"));
        return new(text, async run =>
        {
            var transaction = run.Cache.CreateTransaction();
            var holds = true;
            foreach (var (key, kind) in conditions)
            {
                holds &= Require(run, transaction, key, kind);
            }

            foreach (var (key, value, options) in writes)
            {
                _ = options is null ? transaction.Remove(key) : transaction.Set(key, value, options);
            }

            Expect.Equal(holds, await transaction.CommitAsync(), "committed");
            foreach (var (key, value, options) in holds ? writes : [])
            {
                if (options is null)
                {
                    run.Model.Drop(key);
                }
                else
                {
                    run.Model.Set(key, value, options);
                }
            }
        });
    }

    private static string ConditionName(int kind) => kind switch { < 2 => "is present", < 4 => "is absent", < 6 => "has its version", _ => "has another version" };

    private static bool Require(ModelRun run, CacheTransaction transaction, string key, int kind)
    {
        var isPresent = run.Model.Find(key) is not null;
        switch (kind)
        {
            case < 2:
                transaction.RequirePresent(key);
                return isPresent;
            case < 4:
                transaction.RequireAbsent(key);
                return !isPresent;
            case < 6:
                transaction.RequireVersion(key, run.VersionOf(key));
                return true;
            default:
                transaction.RequireVersion(key, run.WrongVersionOf(key));
                return false;
        }
    }
}
