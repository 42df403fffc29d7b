namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row with a generated key, which the database deletes with its customer.</summary>
public sealed class Order
{
    public int Id { get; set; }

    public CustomerId CustomerId { get; set; }

    public Customer? Customer { get; set; }

    public string State { get; set; } = "";

    public List<OrderLine> Lines { get; set; } = [];
}
