namespace Larder.Testing.Conformance.Modelling;

internal sealed partial class ModelSteps
{
    private ModelStep ListKeys()
    {
        var (pattern, matches) = Pattern();
        return new($"list the keys {pattern}", async run =>
        {
            var found = new List<string>();
            await foreach (var key in run.Cache.KeysAsync(pattern))
            {
                found.Add(key);
            }

            Expect.SameElements(run.Model.Keys.Intersect(matches, StringComparer.Ordinal), found, "the keys");
        });
    }

    private ModelStep RemoveByPattern()
    {
        var (pattern, matches) = Pattern();
        return new($"remove the keys {pattern}", async run =>
            Expect.Equal(run.Model.RemoveAll(matches), await run.Cache.RemoveByPatternAsync(pattern), "how many were removed"));
    }

    private ModelStep RemoveByTag()
    {
        var tag = Tag();
        return new($"remove the tag {tag}", async run =>
        {
            await run.Cache.RemoveByTagAsync(tag);
            run.Model.RemoveByTag(tag);
        });
    }

    private ModelStep Clear() => new("clear", async run =>
        Expect.Equal(run.Model.RemoveAll(Keys), await run.Cache.ClearAsync(), "how many were removed"));

    private ModelStep Invalidate()
    {
        var (keys, (pattern, matches), tag, isLazy) = (SomeKeys().Take(2).ToArray(), Pattern(), Tag(), _random.Next(3) > 0);
        var (withPattern, withTag) = (_random.Next(3) == 0, _random.Next(2) == 0);
        var text = $"{(isLazy ? "mark stale" : "invalidate")} {List(keys)}{(withPattern ? $", the pattern {pattern}" : "")}{(withTag ? $", the tag {tag}" : "")}";
        return new(text, async run =>
        {
            var group = new InvalidationGroup().AddKeys(keys);
            _ = withPattern ? group.AddPatterns(pattern) : group;
            _ = withTag ? group.AddTags(tag) : group;
            await run.Cache.InvalidateAsync(group, isLazy ? InvalidationMode.Lazy : InvalidationMode.Immediate);

            string[] tagged = withTag ? run.Model.Tagged(tag) : [];
            var all = withPattern ? keys.Concat(matches) : keys;
            if (isLazy)
            {
                run.Model.MarkStale(all.Concat(tagged));
                return;
            }

            foreach (var key in tagged)
            {
                run.Model.Drop(key);
            }

            run.Model.RemoveAll(all);
        });
    }
}
