namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed class Preferences
{
    public string Language { get; set; } = "";

    public List<string> Topics { get; set; } = [];
}
