using System.Globalization;
using System.Text;
using Larder.Testing.Conformance.Modelling;

namespace Larder.Testing.Conformance;

/// <summary>
/// Runs random sequences of all operations on a cache and on a plain dictionary with time to live, sliding windows and tags, and compares
/// after each step every answer, entry, time to live, version, count and statistic. A failure is cut down to a minimal sequence.
/// </summary>
public static class ModelTest
{
    private const int MaxAttempts = 400;

    /// <summary>Runs one sequence.</summary>
    /// <param name="harness">What makes the caches; each attempt to make a failing sequence smaller takes a new one and clears it first.</param>
    /// <param name="seed">The seed; the same seed draws the same sequence.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="prefix">Runs on a view with this prefix, beside entries that it must not touch. Default: on the cache itself.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="ConformanceException">Cache and model differ; the message has the seed and a minimal sequence.</exception>
    public static async Task RunAsync(CacheHarness harness, int seed, int steps, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(harness);
        var generator = new ModelSteps(seed);
        var sequence = Enumerable.Range(0, steps).Select(_ => generator.Next()).ToList();
        if (await TryAsync(harness, sequence, prefix) is { } failure)
        {
            var (minimal, difference) = await ShrinkAsync(harness, sequence, failure, prefix);
            throw new ConformanceException(Describe(seed, minimal, difference), difference);
        }
    }

    /// <summary>Cuts off what follows the failure, then leaves out ever smaller runs of steps as long as what remains still fails.</summary>
    private static async Task<(List<ModelStep> Steps, Exception Failure)> ShrinkAsync(CacheHarness harness, List<ModelStep> sequence, Failure failure, string? prefix)
    {
        var minimal = sequence[..(failure.Step + 1)];
        var attempts = 0;
        for (var length = minimal.Count / 2; length > 0; length /= 2)
        {
            for (var from = minimal.Count - length; from >= 0 && attempts < MaxAttempts; from -= length)
            {
                var without = minimal.Where((_, i) => i < from || i >= from + length).ToList();
                attempts++;
                if (await TryAsync(harness, without, prefix) is { } smaller)
                {
                    failure = smaller;
                    minimal = without[..(smaller.Step + 1)];
                    from = Math.Min(from, minimal.Count);
                }
            }
        }

        return (minimal, failure.Exception);
    }

    private static async Task<Failure?> TryAsync(CacheHarness harness, List<ModelStep> steps, string? prefix)
    {
        var cache = harness.CreateCache();
        var cleared = await cache.ClearAsync();
        string[] outside = prefix is null ? [] : [prefix, $"{prefix}-:a", "a"];
        foreach (var key in outside)
        {
            await cache.SetAsync(key, "outside", CacheTtl.Never);
        }

        var run = new ModelRun(prefix is null ? cache : cache.WithPrefix(prefix), harness.Clock);
        run.Model.Counts.Sets = outside.Length;
        run.Model.Counts.Removes = cleared;
        for (var i = 0; i < steps.Count; i++)
        {
            try
            {
                await steps[i].RunAsync(run);
                await run.VerifyAsync(ModelSteps.Keys);
                foreach (var key in outside)
                {
                    Expect.Equal("outside", (await cache.PeekAsync<string>(key)).GetValueOrDefault(), $"the entry {key} outside of the prefix");
                }
            }
            catch (Exception exception)
            {
                return new Failure(i, exception);
            }
        }

        return null;
    }

    private static string Describe(int seed, List<ModelStep> steps, Exception difference)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"Cache and model differ. Seed {seed}; a minimal sequence:");
        for (var i = 0; i < steps.Count; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {i + 1}. {steps[i].Text}");
        }

        return text.Append(difference is ConformanceException ? difference.Message : difference.ToString()).ToString();
    }

    private sealed record Failure(int Step, Exception Exception);
}
