namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Phone
{
    public string Number { get; set; } = "";
}
