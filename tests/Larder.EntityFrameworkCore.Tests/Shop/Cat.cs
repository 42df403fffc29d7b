namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Cat : Animal
{
    public int Lives { get; set; }
}
