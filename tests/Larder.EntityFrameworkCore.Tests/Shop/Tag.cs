namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>Joined to products through a table that no class stands for.</summary>
public sealed class Tag
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public List<Product> Products { get; set; } = [];
}
