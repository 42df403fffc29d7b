namespace Larder.Testing.Conformance.Modelling;

internal sealed partial class ModelSteps
{
    private ModelStep Set()
    {
        var (key, value, options) = (Key(), Value(), Options());
        return new($"set {key} to {Print(value)}{options.Text}", async run =>
        {
            await run.Cache.SetAsync(key, value, options);
            run.Model.Set(key, value, options);
        });
    }

    private ModelStep Add()
    {
        var (key, value, options) = (Key(), Value(), Options());
        return new($"add {key} as {Print(value)}{options.Text}", async run =>
            Expect.Equal(run.Model.SetIf(run.Model.Find(key) is null, key, value, options), await run.Cache.AddAsync(key, value, options), "added"));
    }

    private ModelStep Replace()
    {
        var (key, value, options) = (Key(), Value(), Options());
        return new($"replace {key} by {Print(value)}{options.Text}", async run =>
            Expect.Equal(run.Model.SetIf(run.Model.Find(key) is not null, key, value, options), await run.Cache.ReplaceAsync(key, value, options), "replaced"));
    }

    private ModelStep Exchange()
    {
        var (key, value, options) = (Key(), Value(), Options());
        return new($"exchange {key} for {Print(value)}{options.Text}", async run =>
        {
            var expected = run.Expected(key, run.Model.Find(key), ModelCalls.TypeOf(value));
            run.Model.Set(key, value, options);
            Expect.Equal(expected, await run.Cache.ExchangeAsync(key, value, options), "the entry before");
        });
    }

    private ModelStep CompareAndSet()
    {
        var (key, value, options, kind) = (Key(), Value(), Options(), _random.Next(5));
        return new($"set {key} to {Print(value)} if it has {VersionName(kind)}{options.Text}", async run =>
        {
            var version = Version(run, key, kind);
            var isRight = version == run.VersionOf(key);
            Expect.Equal(run.Model.SetIf(isRight, key, value, options), await run.Cache.CompareAndSetAsync(key, value, version, options), "set");
        });
    }

    private ModelStep CompareAndRemove()
    {
        var (key, kind) = (Key(), _random.Next(5));
        return new($"remove {key} if it has {VersionName(kind)}", async run =>
        {
            var version = Version(run, key, kind);
            var expected = version != 0 && version == run.VersionOf(key) && run.Model.Remove(key);
            Expect.Equal(expected, await run.Cache.CompareAndRemoveAsync(key, version), "removed");
        });
    }

    private ModelStep Remove()
    {
        var key = Key();
        return new($"remove {key}", async run => Expect.Equal(run.Model.Remove(key), await run.Cache.RemoveAsync(key), "removed"));
    }

    private ModelStep Increment()
    {
        var (key, by, options) = (Key(), _random.Next(6) == 0 ? s_numbers[_random.Next(s_numbers.Length)] : _random.Next(-3, 100), Options());
        return new($"increment {key} by {Print(by)}{options.Text}", async run =>
        {
            var isInteger = run.Model.Find(key)?.Value is null or long && run.Model.Find(key) is not { Value: null };
            if (run.Model.Increment(key, by, options) is { } sum)
            {
                Expect.Equal(sum, await run.Cache.IncrementAsync(key, by, options.Options), "the sum");
            }
            else if (isInteger)
            {
                await Expect.ThrowsAsync<OverflowException>(() => run.Cache.IncrementAsync(key, by, options.Options).AsTask());
            }
            else
            {
                await Expect.ThrowsAsync<CacheTypeException>(() => run.Cache.IncrementAsync(key, by, options.Options).AsTask());
            }
        });
    }

    private ModelStep Update()
    {
        var (key, options) = (Key(), Options());
        return new($"update {key}, twice its value and 1{options.Text}", async run =>
        {
            var entry = run.Model.Find(key);
            var expected = run.Expected(key, entry, ModelType.Long);
            var next = unchecked((expected.HasValue ? (long)entry!.Value! * 2 : 0) + 1);
            run.Model.Set(key, next, options);
            var seen = default(ModelResult);
            var updated = await run.Cache.UpdateAsync<long>(
                key,
                current =>
                {
                    seen = ModelResult.Of(current);
                    return unchecked((current.GetValueOrDefault() * 2) + 1);
                },
                options.Options);
            Expect.Equal(expected, seen, "the entry before");
            Expect.Equal(next, updated, "the entry after");
        });
    }

    private ModelStep Expire()
    {
        var key = Key();
        if (_random.Next(5) == 0)
        {
            // The expiry stays, and a sliding window must end all the same.
            return new($"expire {key} in what is left of it", run => ExpireAsync(run, key, (long?)run.Model.TimeToLive(key)?.TotalMilliseconds ?? 200));
        }

        var milliseconds = _random.Next(4) switch { 0 => 1L, 1 => 200, 2 => CacheModel.Never, _ => _random.Next(1, 100_000) };
        return new($"expire {key} in {Ttl(milliseconds)}", run => ExpireAsync(run, key, milliseconds));
    }

    private static async Task ExpireAsync(ModelRun run, string key, long milliseconds)
    {
        var timeToLive = milliseconds == CacheModel.Never ? CacheTtl.Never : TimeSpan.FromMilliseconds(milliseconds);
        Expect.Equal(run.Model.Expire(key, milliseconds), await run.Cache.ExpireAsync(key, timeToLive), "there was an entry to expire");
    }

    private ModelStep Persist()
    {
        var key = Key();
        return new($"persist {key}", async run => Expect.Equal(run.Model.Expire(key, CacheModel.Never), await run.Cache.PersistAsync(key), "there was an entry to persist"));
    }

    private ModelStep Get()
    {
        var (key, type) = (Key(), Type());
        return new($"get {key} as {type}", async run =>
        {
            var entry = run.Model.Read(key, type);
            Expect.Equal(run.Expected(key, entry, type), await run.GetAsync(key, type), "the entry");
        });
    }

    private ModelStep Peek()
    {
        var (key, type) = (Key(), Type());
        return new($"peek at {key} as {type}", async run => Expect.Equal(run.Expected(key, run.Model.Find(key), type), await run.PeekAsync(key, type), "the entry"));
    }

    private static string VersionName(int kind) => kind switch { 0 => "no version", < 3 => "its version", _ => "another version" };

    private static long Version(ModelRun run, string key, int kind) => kind switch { 0 => 0, < 3 => run.VersionOf(key), _ => run.WrongVersionOf(key) };
}
