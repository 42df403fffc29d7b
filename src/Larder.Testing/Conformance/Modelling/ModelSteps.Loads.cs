namespace Larder.Testing.Conformance.Modelling;

internal sealed partial class ModelSteps
{
    private ModelStep GetOrCreate()
    {
        var (key, value, options, addsTags) = (Key(), Value(), Options(), _random.Next(3) == 0);
        var disturbance = DrawDisturbance(key, options);
        return new($"get or create {key} as {Print(value)}{options.Text}{(addsTags ? ", tags by the loader" : "")}{disturbance.Text}", async run =>
        {
            var type = ModelCalls.TypeOf(value);
            if (run.Model.Find(key) is { IsStale: true })
            {
                // A stale value is loaded anew in the background, at a time that nobody can predict; a plain read is not.
                var stale = run.Model.Read(key, type);
                Expect.Equal(run.Expected(key, stale, type), await run.GetAsync(key, type), "the entry");
                return;
            }

            if (run.Model.Read(key, type) is { } entry)
            {
                Expect.Equal(run.Expected(key, entry, type), await run.Cache.GetOrCreateAsync(key, value, _ => throw new InvalidOperationException("The loader ran on a hit."), options.Options), "the entry");
                return;
            }

            var result = await run.Cache.GetOrCreateAsync(key, value, context => LoadAsync(run, context, options, addsTags, disturbance), addsTags ? options.WithoutTags : options.Options);
            EndLoad(run, key, value, options, disturbance);
            Expect.True(result.HasValue, "a loaded value is a value");
            Expect.Equal(ModelResult.Widen(value), result.Value, "the loaded value");
            Expect.Equal(!disturbance.Voids, result.Version != 0, "stored");
            Expect.Equal(disturbance.Voids ? null : run.Model.TimeToLive(key), result.TimeToLive, "its time to live");
        });
    }

    private ModelStep Refresh()
    {
        var (key, value, options, addsTags) = (Key(), Value(), Options(), _random.Next(3) == 0);
        var disturbance = DrawDisturbance(key, options);
        return new($"refresh {key} as {Print(value)}{options.Text}{(addsTags ? ", tags by the loader" : "")}{disturbance.Text}", async run =>
        {
            run.Model.Counts.Refreshes++;
            var result = await run.Cache.RefreshAsync(key, value, context => LoadAsync(run, context, options, addsTags, disturbance), addsTags ? options.WithoutTags : options.Options);
            EndLoad(run, key, value, options, disturbance);
            Expect.Equal(ModelResult.Widen(value), result, "the loaded value");
        });
    }

    private static async ValueTask LoadAsync(ModelRun run, LoadContext context, ModelOptions options, bool addsTags, ModelDisturbance disturbance)
    {
        await disturbance.RunAsync(run);
        if (addsTags)
        {
            context.AddTags(options.Tags);
        }
    }

    private static void EndLoad(ModelRun run, string key, object? value, ModelOptions options, ModelDisturbance disturbance)
    {
        run.Model.Counts.Loads++;
        if (disturbance.Voids)
        {
            run.Model.Counts.DiscardedLoads++;
        }
        else
        {
            run.Model.Store(key, value, options);
        }
    }

    /// <summary>Draws what happens while the loader runs.</summary>
    private ModelDisturbance DrawDisturbance(string key, ModelOptions options)
    {
        var other = Key();
        switch (_random.Next(16))
        {
            case 0:
                return After(
                    new ModelStep($"remove {other}", async run => Expect.Equal(run.Model.Remove(other), await run.Cache.RemoveAsync(other), "removed")),
                    key == other);
            case 1:
                var written = (long)++_values;
                var way = Options();
                return After(
                    new ModelStep($"set {other} to {Print(written)}{way.Text}", async run =>
                    {
                        await run.Cache.SetAsync(other, written, way);
                        run.Model.Set(other, written, way);
                    }),
                    key == other);
            case 2:
                var tag = Tag();
                return After(
                    new ModelStep($"remove the tag {tag}", async run =>
                    {
                        await run.Cache.RemoveByTagAsync(tag);
                        run.Model.RemoveByTag(tag);
                    }),
                    options.Tags.Contains(tag));
            case 3:
                var (pattern, matches) = Pattern();
                return After(
                    new ModelStep($"remove the keys {pattern}", async run =>
                        Expect.Equal(run.Model.RemoveAll(matches), await run.Cache.RemoveByPatternAsync(pattern), "how many were removed")),
                    matches.Contains(key));
            case 4:
                return After(Clear(), true);
            case 5:
                return After(
                    new ModelStep($"expire {other} in 700 ms", async run =>
                        Expect.Equal(run.Model.Expire(other, 700), await run.Cache.ExpireAsync(other, TimeSpan.FromMilliseconds(700)), "there was an entry to expire")),
                    key == other);
            case 6 or 7:
                // Not past the expiry of an entry that is loaded anew: a tier over bytes cannot tell it from one that was removed, and does not store.
                return After(
                    new ModelStep("advance 150 ms", run => run.Model.TimeToLive(key) is { TotalMilliseconds: <= 150 } ? Task.CompletedTask : AdvanceAsync(run, 150)),
                    false);
            default:
                return new ModelDisturbance("", _ => Task.CompletedTask, false);
        }
    }

    private static ModelDisturbance After(ModelStep step, bool voids) => new($", meanwhile {step.Text}", step.RunAsync, voids);
}
