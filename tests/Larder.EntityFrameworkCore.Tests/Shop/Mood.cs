namespace Larder.EntityFrameworkCore.Tests.Shop;

public enum Mood
{
    Calm,
    Merry,
}
