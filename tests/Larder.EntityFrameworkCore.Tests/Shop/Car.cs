namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Car : Vehicle
{
    public int Doors { get; set; }
}
