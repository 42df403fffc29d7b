namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>A row whose key the database rounds.</summary>
public sealed class Measurement
{
    public DateTime At { get; set; }

    public int Value { get; set; }
}
