namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>Owned by what is owned.</summary>
public sealed class Place
{
    public double Latitude { get; set; }
}
