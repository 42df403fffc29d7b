using System.Collections.Concurrent;

namespace Larder.Loading;

/// <summary>The loads that run and can be joined, one in each <see cref="LoadPlace"/>. Nearly all are the cache's own, which are found by their key alone.</summary>
internal sealed class RunningLoads
{
    private readonly ConcurrentDictionary<string, Load> _own = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<LoadPlace, Load> _variants = new();

    public IEnumerable<Load> All => _own.Values.Concat(_variants.Values);

    public bool TryGet(LoadPlace place, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Load? load) =>
        place.Variant == 0 ? _own.TryGetValue(place.Key, out load) : _variants.TryGetValue(place, out load);

    /// <summary>Puts a load into its place, whatever is there.</summary>
    public void Put(Load load)
    {
        if (load.Place.Variant == 0)
        {
            _own[load.Key] = load;
        }
        else
        {
            _variants[load.Place] = load;
        }
    }

    /// <summary>Puts a load into its place, if nothing is there, or what is expected.</summary>
    public bool TryPut(Load load, Load? instead) => (load.Place.Variant == 0, instead) switch
    {
        (true, null) => _own.TryAdd(load.Key, load),
        (true, _) => _own.TryUpdate(load.Key, load, instead),
        (false, null) => _variants.TryAdd(load.Place, load),
        _ => _variants.TryUpdate(load.Place, load, instead),
    };

    public void Remove(Load load)
    {
        if (load.Place.Variant == 0)
        {
            _own.TryRemove(KeyValuePair.Create(load.Key, load));
        }
        else
        {
            _variants.TryRemove(KeyValuePair.Create(load.Place, load));
        }
    }
}
