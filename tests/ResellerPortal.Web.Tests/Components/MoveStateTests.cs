using Bunit;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.OperatorPages.Resellers;

namespace ResellerPortal.Web.Tests.Components;

public sealed class MoveStateTests : BunitContext
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, false, "Moving")]
    [InlineData(true, true, "Moved")]
    public void The_operator_sees_how_far_the_move_of_a_reseller_is(bool isMoving, bool hasMoved, string state)
    {
        Services.AddSingleton(TimeProvider.System);
        var reseller = new Reseller
        {
            Slug = "northwind",
            Name = "Northwind",
            Email = "owner@northwind.example",
            Currency = Currency.FromCode("EUR"),
            TimeZone = "UTC",
            Address = new PostalAddress("", "", "", "DE"),
            MovingSinceUtc = isMoving ? Start : null,
            MovedAtUtc = hasMoved ? Start.AddHours(1) : null,
        };

        var shown = Render<MoveState>(p => p.Add(s => s.Reseller, reseller));

        Assert.Equal(state, string.Concat(shown.FindAll(".rp-state").Select(s => s.TextContent)));
        Assert.Equal(
            state == "" ? [] : [state == "Moved" ? "2026-11-29T10:00:00.0000000Z" : "2026-11-29T09:00:00.0000000Z"],
            shown.FindAll("time").Select(t => t.GetAttribute("datetime")!));
    }
}
