namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row of a view over products.</summary>
public sealed class ProductSummary
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}
