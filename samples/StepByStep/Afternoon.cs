using Larder.Testing;

namespace Larder.Samples.StepByStep;

/// <summary>
/// Four hours of the shop, the same for each step. Two processes; every ten minutes somebody changes a price at the first of them, and then each page is asked for by twenty
/// visitors of each process at once, and by five who come later. Once a job of another team raises all prices, once the database is away for an hour, and once both processes
/// are started anew.
/// </summary>
internal sealed class Afternoon(Func<int, TimeProvider, ValueTask<Shop>> open, Database database)
{
    private const int Rounds = 24;
    private const int AtOnce = 20;
    private const int Later = 5;
    private const int JobRound = 4;
    private const int OutageFrom = 9;
    private const int OutageTo = 15;
    private const int RestartRound = 19;

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Shop> _shops = [];
    private Dictionary<int, int> _prices = [];
    private long _pages;
    private long _old;
    private long _failed;
    private long _later;
    private long _redisReads;

    public async Task<Figures> RunAsync()
    {
        await OpenAsync();
        for (var round = 0; round < Rounds; round++)
        {
            if (round == RestartRound)
            {
                await CloseAsync();
                await OpenAsync();
            }

            database.IsAway = round is >= OutageFrom and < OutageTo;
            await ChangePricesAsync(round);
            for (var id = 1; id <= Database.Products; id++)
            {
                await CrowdAsync(id);
            }

            await CrowdAsync(id: null);
            _clock.Advance(TimeSpan.FromMinutes(10));
        }

        await CloseAsync();
        return new Figures(_pages, database.Queries, _old, _failed, (double)_redisReads / _later);
    }

    private async Task OpenAsync()
    {
        _shops.Add(await open(1, _clock));
        _shops.Add(await open(2, _clock));
    }

    private async Task CloseAsync()
    {
        foreach (var shop in _shops)
        {
            await shop.DisposeAsync();
        }

        _shops.Clear();
    }

    private async Task ChangePricesAsync(int round)
    {
        if (!database.IsAway)
        {
            if (round == JobRound)
            {
                await _shops[0].RaisePricesAsync();
            }

            await _shops[0].ChangePriceAsync(1 + (round % Database.Products), 5000 + round);
            await _shops[1].HearAsync();
        }

        _prices = database.ReadPrices();
    }

    /// <summary>Visitors of one page: those who are all there before the database answers the first, and those who come one after the other when all is quiet.</summary>
    private async Task CrowdAsync(int? id)
    {
        database.Hold();
        var visits = _shops.SelectMany(shop => Enumerable.Range(0, AtOnce).Select(_ => VisitAsync(shop, id))).ToArray();
        database.Answer();
        await Task.WhenAll(visits);
        foreach (var shop in _shops)
        {
            var before = shop.RedisReads;
            for (var i = 0; i < Later; i++)
            {
                await VisitAsync(shop, id);
            }

            _later += Later;
            _redisReads += shop.RedisReads - before;
        }
    }

    private async Task VisitAsync(Shop shop, int? id)
    {
        Interlocked.Increment(ref _pages);
        try
        {
            var shown = id is { } one ? [await shop.ProductPageAsync(one)] : await shop.FrontPageAsync();
            if (shown.Any(product => product.Price != _prices[product.Id]))
            {
                Interlocked.Increment(ref _old);
            }
        }
        catch (Exception exception) when (exception is DatabaseAwayException or CacheLoadException)
        {
            Interlocked.Increment(ref _failed);
        }
    }
}
