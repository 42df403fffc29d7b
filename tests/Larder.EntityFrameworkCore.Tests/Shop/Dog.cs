namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Dog : Animal
{
    public string Trick { get; set; } = "";
}
