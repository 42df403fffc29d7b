using System.Collections.Immutable;

namespace Larder.Samples.WebApi.Products;

/// <summary>Stands for a catalogue that takes time to search.</summary>
internal sealed class ProductCatalogue
{
    private ImmutableList<Product> _products = [new("Lamp", "home", 40m), new("Chair", "home", 90m), new("Kite", "toys", 20m)];
    private int _searches;

    /// <summary>Gets how often it was searched.</summary>
    public int Searches => Volatile.Read(ref _searches);

    public IReadOnlyList<Product> Search(string? category)
    {
        Interlocked.Increment(ref _searches);
        return [.. _products.Where(product => category is null || product.Category == category)];
    }

    public void Add(Product product) => ImmutableInterlocked.Update(ref _products, products => products.Add(product));
}
