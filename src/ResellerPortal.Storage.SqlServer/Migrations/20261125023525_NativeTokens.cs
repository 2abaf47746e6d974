using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class NativeTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Counted",
                table: "UpstreamReading",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IssuesNativeTokens",
                table: "Reseller",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "DeletedUpstreamAtUtc",
                table: "ApiToken",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsNative",
                table: "ApiToken",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "StatisticsPull",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ThroughDay = table.Column<DateOnly>(type: "date", nullable: true),
                    Added = table.Column<long>(type: "bigint", nullable: false),
                    Fault = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatisticsPull", x => x.ResellerId);
                    table.ForeignKey(
                        name: "FK_StatisticsPull_Reseller_ResellerId",
                        column: x => x.ResellerId,
                        principalTable: "Reseller",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "StatisticsPull");

            migrationBuilder.DropColumn(
                name: "Counted",
                table: "UpstreamReading");

            migrationBuilder.DropColumn(
                name: "IssuesNativeTokens",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "DeletedUpstreamAtUtc",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "IsNative",
                table: "ApiToken");
        }
    }
}
