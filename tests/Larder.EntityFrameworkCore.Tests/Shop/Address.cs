namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Address
{
    public string Street { get; set; } = "";

    public Place? Place { get; set; }
}
