namespace Larder.EntityFrameworkCore.Tests.Shop;

public sealed record Money(decimal Amount, string Currency);
