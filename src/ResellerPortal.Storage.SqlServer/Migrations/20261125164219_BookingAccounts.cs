using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class BookingAccounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BookingAccounts",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Consultant = table.Column<int>(type: "int", nullable: false),
                    Client = table.Column<int>(type: "int", nullable: false),
                    Taxed = table.Column<int>(type: "int", nullable: false),
                    ReverseCharge = table.Column<int>(type: "int", nullable: false),
                    Untaxed = table.Column<int>(type: "int", nullable: false),
                    FirstDebtor = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BookingAccounts", x => x.ResellerId);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BookingAccounts");
        }
    }
}
