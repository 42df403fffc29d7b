namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A plain row.</summary>
public sealed class Product
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public long Version { get; set; }

    public List<Tag> Tags { get; set; } = [];
}
