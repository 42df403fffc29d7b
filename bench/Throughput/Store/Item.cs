namespace Larder.Throughput.Store;

/// <summary>A row of an ordinary size.</summary>
internal sealed class Item
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public decimal Price { get; set; }

    public DateTime ChangedAt { get; set; }

    public int Stock { get; set; }
}
