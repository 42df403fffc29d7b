using System.Globalization;

namespace Larder.Tests.Loading;

/// <summary>What is kept for a load ends with it, however it ends.</summary>
public sealed class LetGoTests : LoadingTest
{
    [Theory]
    [Ledger(112)]
    [LedgerFault(10)]
    [InlineData("not stored")]
    [InlineData("fails")]
    [InlineData("abandoned")]
    [InlineData("stored and removed")]
    public async Task Nothing_refers_to_the_key_of_a_load_that_has_ended(string end)
    {
        var keys = await LoadAsync(end);

        for (var i = 0; i < 50 && keys.Any(key => key.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(1);
        }

        Assert.Equal(0, keys.Count(key => key.IsAlive));
    }

    /// <summary>Loads in a method of its own, whose locals do not keep the keys alive.</summary>
    private async Task<WeakReference[]> LoadAsync(string end)
    {
        var keys = new List<WeakReference>();
        for (var number = 0; number < 20; number++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"key:{number}");
            keys.Add(new WeakReference(key));
            await LoadAsync(key, end);
        }

        return [.. keys];
    }

    private async Task LoadAsync(string key, string end)
    {
        switch (end)
        {
            case "not stored":
                await Cache.GetOrCreateAsync(key, 0, static (value, load, _) =>
                {
                    load.DoNotStore();
                    return new ValueTask<int>(value);
                });
                break;
            case "fails":
                await Assert.ThrowsAsync<FormatException>(() => Cache.GetOrCreateAsync<int>(key, static _ => throw new FormatException()).AsTask());
                break;
            case "abandoned":
                using (var source = new CancellationTokenSource())
                {
                    var load = Cache.GetOrCreateAsync(key, static async token =>
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, token);
                        return 1;
                    }, cancellationToken: source.Token).AsTask();
                    await source.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
                }

                break;
            default:
                await Cache.GetOrCreateAsync(key, static _ => new ValueTask<int>(1));
                await Cache.RemoveAsync(key);
                break;
        }
    }
}
