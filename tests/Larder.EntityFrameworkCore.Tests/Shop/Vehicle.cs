namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>The root of a hierarchy with a table for each type.</summary>
public class Vehicle
{
    public int Id { get; set; }

    public string Plate { get; set; } = "";
}
