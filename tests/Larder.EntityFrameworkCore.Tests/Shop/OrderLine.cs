namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row with a key of two parts, which the database deletes with its order.</summary>
public sealed class OrderLine
{
    public int OrderId { get; set; }

    public string Code { get; set; } = "";

    public int Quantity { get; set; }
}
