#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "rules/cel/address.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }

// What string(ip(text)) is for a text that no check sees before the evaluation.
std::string shown(std::string_view text) {
  World world;
  world.with("s", TypeKind::kString, Value::string(text));
  const auto out = world.result("string(ip(s))");
  EXPECT_EQ(world.result("isIP(s)"), out.starts_with("'") ? "true" : "false") << text;
  return out.starts_with("'") ? out.substr(1, out.size() - 2) : out;
}

TEST(NetworkLibrary, ReadsAddresses) {
  for (const auto* text : {"0.0.0.0", "255.255.255.255", "192.168.0.1", "::", "::1", "1::", "1:2:3:4:5:6:7:8"}) {
    EXPECT_EQ(shown(text), text);
  }
  // One group of zeros alone is written as it is.
  EXPECT_EQ(shown("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
  EXPECT_EQ(shown("1::3:4:5:6:7:8"), "1:0:3:4:5:6:7:8");
  EXPECT_EQ(shown("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(shown("2001:DB8:0000::00Aa"), "2001:db8::aa");
  EXPECT_EQ(shown("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  EXPECT_EQ(shown("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");  // the first of two runs
  EXPECT_EQ(shown("0:0:1::"), "0:0:1::");
  EXPECT_EQ(shown("64:ff9b::1.2.3.4"), "64:ff9b::102:304");
  EXPECT_EQ(shown("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
  EXPECT_EQ(shown("1:2:3:4:5::1.2.3.4"), "1:2:3:4:5:0:102:304");
  EXPECT_EQ(shown("::192.168.0.1"), "::c0a8:1");
  EXPECT_EQ(shown("::ffff:c0a8:1"), "192.168.0.1");
  EXPECT_EQ(shown("0:0:0:0:0:FFFF:c0a8:0001"), "192.168.0.1");
}

TEST(NetworkLibrary, RefusesWhatIsNoAddress) {
  for (const auto* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.4.",
                           ".1.2.3.4",
                           "1..2.3",
                           "256.1.1.1",
                           "1.2.3.04",
                           "01.2.3.4",
                           "1.2.3.-4",
                           "+1.2.3.4",
                           " 1.2.3.4",
                           "1.2.3.4 ",
                           "1.2.3.a",
                           "0x1.2.3.4",
                           "1.2.3.4/8",
                           ":",
                           ":::",
                           "1:2",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "::1:",
                           ":1::",
                           "12345::",
                           "00001::",
                           "g::",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "fe80::1%en0",
                           "::1%",
                           "%1",
                           "1.2.3.4::",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "::1.2.3.256",
                           "::01.2.3.4",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "1:2:3:4:5:6::1.2.3.4",
                           "::1.2.3.4:5",
                           "::ffff:192.168.0.1",
                           "0:0:0:0:0:ffff:192.168.0.1",
                           "1:2:3:4:5:6:7:",
                           "é::"}) {
    EXPECT_EQ(shown(text), "error invalid_argument (ip)") << text;
  }
}

TEST(NetworkLibrary, ReadsNetworks) {
  const auto shown = [](std::string_view text) {
    World world;
    world.with("s", TypeKind::kString, Value::string(text));
    const auto out = world.result("string(cidr(s))");
    EXPECT_EQ(world.result("isCIDR(s)"), out.starts_with("'") ? "true" : "false") << text;
    return out;
  };
  EXPECT_EQ(shown("192.168.0.1/24"), "'192.168.0.1/24'");
  EXPECT_EQ(shown("2001:DB8::/32"), "'2001:db8::/32'");
  EXPECT_EQ(shown("0.0.0.0/0"), "'0.0.0.0/0'");
  EXPECT_EQ(shown("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"), "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'");
  for (const auto* text : {"192.168.0.0/", "192.168.0.0", "/8", "1.2.3.4/33", "::/129", "1.2.3.4/08", "1.2.3.4/+8",
                           "1.2.3.4/-1", "1.2.3.4/ 8", "1.2.3.4/8/8", "fe80::1%en0/24", "::ffff:192.168.0.1/24",
                           "::ffff:c0a8:1/120", "1.2.3.4/1000000000000", "1.2.3/8", ""}) {
    EXPECT_EQ(shown(text), "error invalid_argument (cidr)") << text;
  }
}

TEST(NetworkLibrary, TellsAddressesApart) {
  EXPECT_EQ(result("[ip('127.0.0.1'), ip('::1'), ip('128.0.0.1'), ip('::2')].map(x, x.isLoopback())"),
            "[true, true, false, false]");
  EXPECT_EQ(result("[ip('0.0.0.0'), ip('::'), ip('0.0.0.1'), ip('::1')].map(x, x.isUnspecified())"),
            "[true, true, false, false]");
  EXPECT_EQ(result("['192.168.0.1', '8.8.8.8', 'fd00::1', '255.255.255.255', '224.0.0.1', '169.254.1.1', '0.0.0.0', "
                   "'127.1.1.1', 'ff00::1', 'fe80::1', '::', '::1', '239.1.1.1'].map(x, ip(x).isGlobalUnicast())"),
            "[true, true, true, false, false, false, false, false, false, false, false, false, false]");
  EXPECT_EQ(
      result("['224.0.0.255', '224.0.1.0', 'ff02::1', 'ff12::1', 'ff05::1'].map(x, ip(x).isLinkLocalMulticast())"),
      "[true, false, true, true, false]");
  EXPECT_EQ(
      result("['169.254.0.1', '169.253.0.1', 'fe80::1', 'febf::1', 'fec0::1'].map(x, ip(x).isLinkLocalUnicast())"),
      "[true, false, true, true, false]");
  EXPECT_EQ(result("[ip('1.2.3.4').family(), ip('::1').family(), ip('::ffff:c0a8:1').family()]"), "[4, 6, 4]");
  EXPECT_EQ(result("ip('2001:db8::1') == ip('2001:DB8:0::1') && ip('1.2.3.4') != ip('1.2.3.5')"), "true");
  EXPECT_EQ(result("ip('::102:304') == ip('1.2.3.4') || dyn(ip('1.2.3.4')) == dyn('1.2.3.4')"), "false");
  EXPECT_EQ(result("[ip.isCanonical('127.0.0.1'), ip.isCanonical('2001:DB8::68'), ip.isCanonical('2001:db8:0::1'), "
                   "ip.isCanonical('::ffff:c0a8:1'), ip.isCanonical('2001:db8::1')]"),
            "[true, false, false, false, true]");
  EXPECT_EQ(result("[type(ip('::1')) == net.IP, type(cidr('::/0')) == net.CIDR, type(ip('::1')) == string]"),
            "[true, true, false]");
  EXPECT_EQ(result("'%s %s'.format([ip('::1'), [cidr('10.0.0.0/8')]])"), "'::1 [10.0.0.0/8]'");
}

TEST(NetworkLibrary, LooksIntoNetworks) {
  EXPECT_EQ(result("cidr('192.168.0.0/24').containsIP(ip('192.168.0.255')) && "
                   "cidr('192.168.0.77/24').containsIP('192.168.0.1')"),
            "true");
  EXPECT_EQ(result("[cidr('10.0.0.0/7').containsIP('11.255.255.255'), cidr('10.0.0.0/7').containsIP('12.0.0.0'), "
                   "cidr('0.0.0.0/0').containsIP('1.2.3.4'), cidr('::/0').containsIP('1.2.3.4'), "
                   "cidr('0.0.0.0/0').containsIP('::1'), cidr('2001:db8::/33').containsIP('2001:db8:8000::')]"),
            "[true, false, true, false, false, false]");
  EXPECT_EQ(
      result("[cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8'), cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16')), "
             "cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8'), cidr('::/0').containsCIDR('10.0.0.0/8')]"),
      "[true, true, false, false]");
  EXPECT_EQ(result("[cidr('192.168.1.5/24').masked(), cidr('2001:db8:ff::/33').masked(), cidr('1.2.3.4/0').masked()]"),
            "[cidr 192.168.1.0/24, cidr 2001:db8::/33, cidr 0.0.0.0/0]");
  EXPECT_EQ(result("[cidr('192.168.1.5/24').ip()]"), "[ip 192.168.1.5]");
  EXPECT_EQ(result("[cidr('192.168.1.5/24').prefixLength(), cidr('::/128').prefixLength()]"), "[24, 128]");
  EXPECT_EQ(result("[cidr('127.0.0.1/24') == cidr('127.0.0.1/24'), cidr('127.0.0.1/24') == cidr('127.0.0.0/24'), "
                   "cidr('127.0.0.0/24') == cidr('127.0.0.0/25')]"),
            "[true, false, false]");
}

TEST(NetworkLibrary, TakesNothingOfAnotherKind) {
  EXPECT_EQ(result("ip(dyn(1))"), "error no_such_overload (ip)");
  EXPECT_EQ(result("isIP(dyn(cidr('10.0.0.0/8')))"), "error no_such_overload (isIP)");
  EXPECT_EQ(result("dyn('::1').family()"), "error no_such_overload (family)");
  EXPECT_EQ(result("dyn(cidr('10.0.0.0/8')).isLoopback()"), "error no_such_overload (isLoopback)");
  EXPECT_EQ(result("dyn(ip('::1')).masked()"), "error no_such_overload (masked)");
  EXPECT_EQ(result("dyn(ip('::1')).ip()"), "error no_such_overload (ip)");
  EXPECT_EQ(result("cidr('10.0.0.0/8').containsIP(dyn(cidr('10.0.0.0/8')))"), "error no_such_overload (containsIP)");
  EXPECT_EQ(result("cidr('10.0.0.0/8').containsCIDR(dyn(ip('10.0.0.0')))"), "error no_such_overload (containsCIDR)");
  World world;
  world.with("s", TypeKind::kString, Value::string("10.0.0")).with("ip", TypeKind::kString, Value::string("::1"));
  EXPECT_EQ(world.result("cidr('10.0.0.0/8').containsIP(s)"), "error invalid_argument (containsIP)");
  EXPECT_EQ(world.result("cidr('10.0.0.0/8').containsCIDR(s)"), "error invalid_argument (containsCIDR)");
  EXPECT_EQ(world.result("ip.isCanonical(ip) && ip(ip).isLoopback() && ip.startsWith(':')"), "true");
  EXPECT_EQ(world.issues("ip('10.0.0')"), R"(rule.yaml:1:4: error: this is not a valid IP address
    ip('10.0.0')
       ^~~~~~~~
    write e.g. '192.168.0.1' or '2001:db8::1'
)");
  EXPECT_NE(world.issues("cidr('10.0.0.0')").find("this is not a valid network"), std::string::npos);
}

// Texts near the border of what is an address, both ways.
TEST(NetworkLibrary, ReadsLikeTheReference) {
  std::mt19937 random(11);
  World world;
  world.with("s", TypeKind::kString, Value::string(""));
  int valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    static const char* const kPieces[] = {":",   "::",  ".", "0",  "1",       "ffff", "FF",
                                          "255", "256", "/", "24", "1.2.3.4", "c0a8", "%"};
    std::string text;
    for (auto pieces = random() % 16; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    if (i % 3 == 0) {
      text.clear();
      for (int group = 0; group < 8; ++group)
        text += (group > 0 ? ":" : "") + std::string(random() % 3 == 0 ? "1" : "0");
      if (random() % 2 == 0) text += "/" + std::to_string(random() % 140);
    }
    world.slots()[0] = Value::string(text);
    const auto shown = world.result(
        "isIP(s) ? [string(ip(s)), string(ip(s).isGlobalUnicast())] : "
        "[string(cidr(s)), string(cidr(s).masked()), string(cidr(s).containsIP('::1:0'))]");
    ASSERT_FALSE(shown.starts_with("DIFFERENT")) << text << shown;
    valid += shown.starts_with("[") ? 1 : 0;
  }
  EXPECT_GT(valid, 1'000);
}

}  // namespace
}  // namespace weir::cel
